import { describe, expect, test } from '@jest/globals';
import {
  lambdaApiSchema,
  lambdaLaunchSchema,
  lambdaTagsSchema,
} from '../../../src/providers/lambda/schema.ts';

const api = {
  provider: 'lambda',
  base_url: 'https://cloud.lambda.ai/api/v1',
  api_key: null,
  timeout: 120,
};

const launch = {
  region: 'us-east-3',
  instance_type: 'gpu_1x_gh200',
  ssh_key_name: 'default',
  username: 'ubuntu',
  cloud_init: { enabled: true, file: null },
};

interface Parser {
  safeParse(value: unknown): {
    error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
  };
}

function firstProblem(schema: Parser, value: unknown): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue && `${issue.path.join('.')} ${issue.message}`;
}

describe('lambdaApiSchema', () => {
  test("the pace defaults to the provider's published limits", () => {
    expect(lambdaApiSchema().parse(api)).toEqual({ ...api, request_interval: 1, launch_interval: 12 });
  });

  test.each([
    { given: { base_url: 'http://127.0.0.1:8088/api/v1/' } },
    { given: { base_url: 'http://localhost:8088/api/v1' } },
    { given: { base_url: 'http://[::1]:8088' } },
    { given: { timeout: 0.05, request_interval: 0, launch_interval: 0 } },
    { given: { api_key: 'secret' } },
  ])('accepts $given', ({ given }) => {
    expect(firstProblem(lambdaApiSchema(), { ...api, ...given })).toBeUndefined();
  });

  test.each([
    { given: { base_url: 'http://cloud.lambda.ai/api/v1' }, problem: /^base_url must begin with https/ },
    { given: { base_url: 'http://127.0.0.1.example.com/' }, problem: /^base_url must begin with https/ },
    { given: { base_url: 'http://localhost.example.com/' }, problem: /^base_url must begin with https/ },
    { given: { base_url: 'file:///etc' }, problem: /^base_url must begin with https/ },
    { given: { base_url: 'cloud.lambda.ai' }, problem: /^base_url is not an address/ },
    {
      given: { base_url: 'https://ada:pw@cloud.lambda.ai' },
      problem: /^base_url must not contain a user name/,
    },
    { given: { base_url: 'https://cloud.lambda.ai/?x=1' }, problem: /^base_url must end with its path/ },
    { given: { timeout: 0 }, problem: /^timeout must be at least 0.001 seconds/ },
    { given: { timeout: '120' }, problem: /^timeout must be a number of seconds/ },
    { given: { request_interval: -1 }, problem: /^request_interval must be at least 0 seconds/ },
    { given: { api_key: 17 }, problem: /^api_key must be text/ },
  ])('refuses $given and says why', ({ given, problem }) => {
    expect(firstProblem(lambdaApiSchema(), { ...api, ...given })).toMatch(problem);
  });

  test('refuses unknown keys', () => {
    expect(lambdaApiSchema().safeParse({ ...api, retries: 3 }).success).toBe(false);
  });
});

const leftOut = 'must be left out: it is for the containers of api=gpulab and api=local';

describe('lambdaLaunchSchema', () => {
  test('leaves the other keys of up alone and takes absent ones for null', () => {
    const parsed = lambdaLaunchSchema().parse({ ...launch, max_retries: 20, ports: [], template: null });
    expect(parsed).toMatchObject({ ...launch, filesystem_name: null, image_id: null });
    expect(parsed).not.toHaveProperty('max_retries');
  });

  test.each([
    { given: { region: '' }, problem: 'region must name a region, such as us-east-3' },
    { given: { region: null }, problem: 'region must name a region, such as us-east-3' },
    {
      given: { instance_type: '  ' },
      problem: 'instance_type must name an instance type, such as gpu_1x_gh200',
    },
    {
      given: { ssh_key_name: '' },
      problem:
        'ssh_key_name must name one SSH key of your Lambda Cloud account, or null for one that devbox makes',
    },
    { given: { gpu_type: 'A100' }, problem: `gpu_type ${leftOut}` },
    { given: { ports: [80] }, problem: `ports ${leftOut}` },
    { given: { filesystem_name: '' }, problem: 'filesystem_name must name a filesystem, or be null' },
    {
      given: { cloud_init: { enabled: 'yes', file: null } },
      problem: 'cloud_init.enabled must be true or false',
    },
  ])('$problem', ({ given, problem }) => {
    expect(firstProblem(lambdaLaunchSchema(), { ...launch, ...given })).toBe(problem);
  });
});

describe('lambdaTagsSchema', () => {
  test.each([
    { tags: { team: 'ml', 'a-b:c2': 'x' }, fits: true },
    { tags: { team: 'v'.repeat(128) }, fits: true },
    { tags: { team: 'v'.repeat(129) }, fits: false },
    { tags: { Team: 'ml' }, fits: false },
    { tags: { a: 'too short a key' }, fits: false },
    { tags: { my_team: 'ml' }, fits: false },
    { tags: { ['k'.repeat(56)]: 'ml' }, fits: false },
  ])('$tags: $fits', ({ tags, fits }) => {
    expect(lambdaTagsSchema.safeParse(tags).success).toBe(fits);
  });
});
