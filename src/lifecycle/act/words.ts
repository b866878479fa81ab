import type { Step } from '../decide/step.ts';

/** A step in words, as a line for the user or a log; null for what is too small to tell. */
export function wordsOf(step: Step): string | null {
  switch (step.do) {
    case 'wait':
      return step.text;
    case 'adopt':
      return 'Taking over what an earlier version of devbox left';
    case 'mark-running':
      return `${step.instance.id} is running`;
    case 'give-up-launch':
      return `The launch is given up: ${step.reason}`;
    case 'begin-rescue':
      return 'The box has ended: its disks are saved';
    case 'stop':
      return `Stopping ${step.instance.id}`;
    case 'ask-image':
      return `Making an image of ${step.instance.id}${step.running ? ' while it runs' : ''}`;
    case 'snapshot':
      return `Snapshotting ${step.volumes.map(({ id }) => id).join(', ')}`;
    case 'register':
      return `Making an image of ${step.disks.map(({ snapshot }) => snapshot).join(', ')}`;
    case 'record':
      return `Saved as generation ${step.save.generation}: ${step.save.image}`;
    case 'fail':
    case 'lose':
      return step.reason;
    case 'give-up-save':
      return 'The save is given up';
    case 'resume':
      return `${step.instance.id} was started again since it was saved, and runs on`;
    case 'terminate':
      return `Terminating ${step.instance.id}`;
    case 'settle-names':
      if (step.current?.target) return 'Setting the DNS name';
      return step.names.length === 0 ? null : `Removing the DNS name ${step.names.join(', ')}`;
    case 'delete':
      return `Deleting ${step.thing.kind} ${step.thing.id}`;
    case 'forget-trash':
      return step.left.length === 0 ? null : step.left.join('; ');
    case 'remove-project':
      return 'Deleting the project';
    case 'nothing':
    case 'note-instance':
    case 'note-image':
    case 'keep-volumes':
    case 'end':
    case 'throw-away':
      return null;
  }
}

/** A step that was taken, in words: also what is too small to tell while it happens. */
export function lineOf(step: Step): string {
  const words = wordsOf(step);
  if (words !== null) return words;
  switch (step.do) {
    case 'note-instance':
      return `Its box is ${step.instance.id}`;
    case 'note-image':
      return `Its image is ${step.image}`;
    case 'keep-volumes':
      return `The disks of ${step.instance.id} outlive it and are noted`;
    case 'end':
      return 'Its session is over';
    case 'throw-away':
      return `No longer needed: ${step.trash.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`;
    case 'forget-trash':
      return `Gone: ${step.gone.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`;
    default:
      return step.do;
  }
}
