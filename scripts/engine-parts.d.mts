import type { Plugin } from 'esbuild';

export declare const engineParts: Plugin;
