import { z } from 'zod';
import { Refusal } from './refusal.ts';
import type { AwsRequest } from './request.ts';

const one = z.object({ Name: z.string() });
const several = z.object({ Names: z.array(z.string()) });

/** Parameters below `/aws/service/`, which AWS publishes and nobody can write; moto lets nobody write them either. */
export class PublicParameters {
  readonly values = new Map<string, string>();

  /** The answer to a read of public parameters alone; undefined for every other call. */
  answer({ action, params }: AwsRequest): unknown {
    if (action === 'GetParameter') {
      const name = one.safeParse(params).data?.Name ?? '';
      return isPublic(name) ? { Parameter: this.parameter(name) } : undefined;
    }
    if (action !== 'GetParameters') return undefined;
    const names = several.safeParse(params).data?.Names ?? [];
    if (names.length === 0 || !names.every(isPublic)) return undefined;
    return {
      Parameters: names.filter((name) => this.values.has(name)).map((name) => this.parameter(name)),
      InvalidParameters: names.filter((name) => !this.values.has(name)),
    };
  }

  private parameter(name: string): unknown {
    const value = this.values.get(name);
    if (value === undefined) throw new Refusal('ParameterNotFound', '');
    return { Name: name, Type: 'String', DataType: 'text', Value: value, Version: 1 };
  }
}

function isPublic(name: string): boolean {
  return name.startsWith('/aws/service/');
}
