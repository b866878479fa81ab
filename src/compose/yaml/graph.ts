import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { type ComposeError, errorAt } from '../errors.ts';
import type { Place, Source } from '../origin.ts';
import { plainTag } from './scalars.ts';
import { checkStart, refuseControls, refuseTabs } from './strict.ts';

/** A node of a YAML document: aliases point at the node that they name. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export interface YamlScalar {
  readonly kind: 'scalar';
  /** Short name of a standard tag (`str`, `int`), or the whole tag. */
  readonly tag: string;
  readonly text: string;
  readonly place: Place;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly tag: string;
  readonly items: YamlNode[];
  readonly place: Place;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  readonly tag: string;
  pairs: [YamlNode, YamlNode][];
  readonly place: Place;
}

/** Deeper nesting than this is refused. */
const maxDepth = 400;

type Event = ReturnType<typeof parseEvents>[number];
type ContentEvent = Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>;

/**
 * Reads the one document of a YAML text; undefined for a text without any.
 * @throws ComposeError `yaml/syntax`.
 */
export function readGraph(source: Source): YamlNode | undefined {
  refuseControls(source);
  checkStart(source);
  const builder = new GraphBuilder(source, events(source));
  const document = builder.document();
  refuseTabs(source, builder.texts);
  return document;
}

function events(source: Source): Event[] {
  try {
    return parseEvents(source.text, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw yamlError(source, error.mark?.position ?? 0, error.reason);
  }
}

/** An error about the YAML at an offset. */
export function yamlError(source: Source, offset: number, reason: string, hint?: string): ComposeError {
  const where = source.kind === 'file' ? source.path : source.text;
  const at = { source, start: offset, end: offset };
  return errorAt(at, 'yaml/syntax', `${where} is not valid YAML: ${reason}`, { hint });
}

class GraphBuilder {
  /** Ranges of quoted and block texts, in order. */
  readonly texts: Place[] = [];
  private readonly anchors = new Map<string, YamlNode>();
  private at = 0;
  private flowDepth = 0;
  /** Start of the last node seen: where an empty one is reported. */
  private last = 0;
  private directives = '';
  private readonly source: Source;
  private readonly events: readonly Event[];

  constructor(source: Source, list: readonly Event[]) {
    this.source = source;
    this.events = list;
  }

  document(): YamlNode | undefined {
    const [first] = this.events;
    if (first === undefined) return undefined;
    if (first.type === EVENT_ID.DOCUMENT) {
      for (const directive of first.directives) {
        if (directive.kind === 'tag') this.directives += directive.handle;
      }
    }
    this.at = 1;
    const node = this.events[1]?.type === EVENT_ID.POP ? undefined : this.node();
    this.at++;
    if (this.at < this.events.length) {
      throw yamlError(
        this.source,
        this.last,
        'there is more than one document',
        'keep one document per file',
      );
    }
    return node;
  }

  private node(): YamlNode {
    const event = this.events[this.at++];
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      throw yamlError(this.source, this.last, 'a value is missing');
    }
    switch (event.type) {
      case EVENT_ID.ALIAS:
        return this.alias(event.anchorStart, event.anchorEnd);
      case EVENT_ID.SCALAR:
        return this.scalar(event);
      case EVENT_ID.SEQUENCE: {
        const items: YamlNode[] = [];
        const tag = this.tag(event.tagStart, event.tagEnd) ?? 'seq';
        const node: YamlSequence = {
          kind: 'sequence',
          tag,
          items,
          place: this.place(event.start, event.start + 1),
        };
        this.contents(event, node, () => items.push(this.node()));
        return node;
      }
      case EVENT_ID.MAPPING: {
        const pairs: [YamlNode, YamlNode][] = [];
        const tag = this.tag(event.tagStart, event.tagEnd) ?? 'map';
        const node: YamlMapping = {
          kind: 'mapping',
          tag,
          pairs,
          place: this.place(event.start, event.start + 1),
        };
        this.contents(event, node, () => {
          const key = this.node();
          this.last = key.place.start;
          pairs.push([key, this.node()]);
        });
        return node;
      }
    }
  }

  private contents(event: ContentEvent & { style: number }, node: YamlNode, read: () => void): void {
    this.anchor(event, node);
    const flow = event.style === 2 ? 1 : 0;
    this.flowDepth += flow;
    while (this.events[this.at]?.type !== EVENT_ID.POP) read();
    this.at++;
    this.flowDepth -= flow;
  }

  private scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): YamlScalar {
    const empty = event.valueStart < 0;
    const text = empty ? '' : this.textOf(event);
    const start = empty ? this.last : event.valueStart;
    const plain = event.style === SCALAR_STYLE.PLAIN;
    if (plain && this.flowDepth > 0 && /^:|\?/.test(text)) {
      const what = text.includes('?') ? 'a ?' : 'a text that starts with :';
      const reason = `${what} inside [] or {} has to be quoted`;
      throw yamlError(this.source, start, reason, 'put quotes around the value');
    }
    const quote =
      event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    const tag =
      this.tag(event.tagStart, event.tagEnd) ?? (plain || this.isUntyped(event) ? plainTag(text) : 'str');
    const place: Place = {
      source: this.source,
      start: start - quote,
      end: empty ? start : event.valueEnd + quote,
      scalar: text,
    };
    const node: YamlScalar = { kind: 'scalar', tag, text, place };
    if (!plain) this.texts.push(place);
    this.anchor(event, node);
    this.last = place.start;
    return node;
  }

  /** A block text at the very end of a file has only the line breaks that are there. */
  private textOf(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): string {
    const { text: source } = this.source;
    const text = getScalarValue(source, event);
    const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const atEnd = block && event.valueEnd === source.length && !/[\r\n]$/.test(source);
    return atEnd && text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  private isUntyped(event: { tagStart: number; tagEnd: number }): boolean {
    return event.tagStart >= 0 && this.source.text.slice(event.tagStart, event.tagEnd) === '!';
  }

  private alias(start: number, end: number): YamlNode {
    const name = this.source.text.slice(start, end);
    const node = this.anchors.get(name);
    if (node === undefined) throw yamlError(this.source, start, `there is no anchor &${name} before this`);
    return node;
  }

  private anchor(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): void {
    if (event.anchorStart < 0) return;
    const name = this.source.text.slice(event.anchorStart, event.anchorEnd);
    if (this.anchors.has(name)) throw yamlError(this.source, event.anchorStart, `&${name} is defined twice`);
    this.anchors.set(name, node);
  }

  /** The short name of a standard tag; the tag as written for any other; undefined for none and for `!`. */
  private tag(start: number, end: number): string | undefined {
    if (start < 0) return undefined;
    const written = this.source.text.slice(start, end);
    if (written === '!') return undefined;
    const standard = /^!!([a-z]+)$/.exec(written) ?? /^!<tag:yaml\.org,2002:([a-z]+)>$/.exec(written);
    return standard?.[1] !== undefined && !this.directives.includes('!!') ? standard[1] : written;
  }

  private place(start: number, end: number): Place {
    return { source: this.source, start, end };
  }
}
