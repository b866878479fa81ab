import type { Template } from './template.ts';

/** The parts in which the built-in templates differ. */
type Part = Pick<
  Template,
  | 'id'
  | 'name'
  | 'description'
  | 'containerType'
  | 'categoryId'
  | 'dockerImage'
  | 'exposedPorts'
  | 'memoryLimit'
>;

/** When the built-in templates were last changed. */
const since = Date.UTC(2026, 10, 27);

/** Templates that every server has and nobody can change, so that a fresh one can make boxes. */
export const builtInTemplates: readonly Template[] = [
  {
    id: 'pytorchv21',
    name: 'pytorch-2.1',
    description: 'PyTorch 2.1 with CUDA 12.1 and cuDNN 8',
    containerType: 'gpu',
    categoryId: 2,
    dockerImage: 'docker.io/pytorch/pytorch:2.1.2-cuda12.1-cudnn8-runtime',
    exposedPorts: '8080,8888',
    memoryLimit: 16,
  } as const,
  {
    id: 'tensorv215',
    name: 'tensorflow-2.15',
    description: 'TensorFlow 2.15 with CUDA',
    containerType: 'gpu',
    categoryId: 2,
    dockerImage: 'docker.io/tensorflow/tensorflow:2.15.0-gpu',
    exposedPorts: '6006,8888',
    memoryLimit: 16,
  } as const,
  {
    id: 'ubuntu2204',
    name: 'ubuntu-22.04',
    description: 'Plain Ubuntu 22.04',
    containerType: 'cpu',
    categoryId: 3,
    dockerImage: 'docker.io/library/ubuntu:22.04',
    exposedPorts: '8080',
    memoryLimit: 4,
  } as const,
  {
    id: 'jupytermin',
    name: 'jupyter-minimal',
    description: 'JupyterLab on Python, without a GPU',
    containerType: 'cpu',
    categoryId: 4,
    dockerImage: 'quay.io/jupyter/minimal-notebook:latest',
    exposedPorts: '8888',
    memoryLimit: 4,
  } as const,
].map(complete);

export const isBuiltIn = (id: string): boolean => builtInTemplates.some((template) => template.id === id);

function complete(part: Part): Template {
  return {
    ...part,
    visibility: 'public',
    credentialsId: null,
    authorName: 'devbox',
    authorUrl: '',
    thumbnail: '',
    notes: '',
    imagePullPolicy: 'cached',
    volumeMountPath: '/workspace',
    environmentVariables: {},
    command: '',
    containerDiskSize: 10,
    volumeDiskSize: null,
    createdAt: since,
    updatedAt: since,
  };
}
