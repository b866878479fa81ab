import { describe, expect, test } from '@jest/globals';
import { noFacts } from '../../../src/providers/facts.ts';
import { boxOf } from '../../../src/providers/lambda/box.ts';
import { instance } from '../../../src/providers/lambda/wire.ts';

const record = {
  id: 'abc',
  name: 'gh200-devbox',
  status: 'active',
  ip: '198.51.100.2',
  private_ip: '10.0.2.100',
  hostname: 'headnode',
  ssh_key_names: ['default'],
  file_system_names: ['devbox'],
  region: { name: 'us-east-3', description: 'somewhere' },
  instance_type: { name: 'gpu_1x_gh200', description: '1x GH200', price_cents_per_hour: 149 },
  actions: { restart: { available: true }, migrate: { available: false }, terminate: { available: true } },
  tags: [{ key: 'team', value: 'ml' }],
  firewall_rulesets: [{ id: 'r1' }],
  jupyter_token: 'tok123',
  jupyter_url: 'https://x/?token=tok123',
};

const box = (change: Readonly<Record<string, unknown>> = {}) =>
  boxOf(instance.parse({ ...record, ...change }));

describe('boxOf', () => {
  test('says in devbox terms what an instance is', () => {
    expect(box()).toEqual({
      ...noFacts,
      id: 'abc',
      name: 'gh200-devbox',
      hostname: 'headnode',
      provider: 'lambda',
      status: 'active',
      phase: 'ready',
      address: '198.51.100.2',
      region: 'us-east-3',
      type: 'gpu_1x_gh200',
      priceCentsPerHour: 149,
      createdAt: null,
      reach: { kind: 'ssh', host: '198.51.100.2', port: 22, username: 'ubuntu' },
      filesystems: ['devbox'],
      sshKeys: ['default'],
      extra: [
        { label: 'Private IP', value: '10.0.2.100' },
        { label: 'Hostname', value: 'headnode' },
        { label: 'Firewall Rulesets', value: 'r1' },
        { label: 'Actions', value: 'restart, terminate' },
      ],
      tags: { team: 'ml' },
    });
  });

  test('Jupyter token and address are in no part of a box', () => {
    expect(JSON.stringify(box())).not.toMatch(/tok123|jupyter/i);
  });

  test.each([
    { status: 'booting', ip: null, phase: 'pending', reach: 'none' },
    { status: 'active', ip: '198.51.100.2', phase: 'ready', reach: 'ssh' },
    { status: 'active', ip: null, phase: 'pending', reach: 'none' },
    { status: 'active', ip: '', phase: 'pending', reach: 'none' },
    { status: 'unhealthy', ip: '198.51.100.2', phase: 'failed', reach: 'ssh' },
    { status: 'preempted', ip: null, phase: 'failed', reach: 'none' },
    { status: 'terminating', ip: '198.51.100.2', phase: 'ending', reach: 'none' },
    { status: 'terminated', ip: null, phase: 'ended', reach: 'none' },
    { status: 'levitating', ip: null, phase: 'pending', reach: 'none' },
  ])('$status with address $ip is $phase', ({ status, ip, phase, reach }) => {
    expect(box({ status, ip })).toMatchObject({ status, phase, reach: { kind: reach } });
  });

  test('names from the account cannot drive the terminal', () => {
    const shown = box({ name: 'a\u001b[2Jb\nc', tags: [{ key: 'k', value: '\u0007v\u202e' }] });
    expect(shown.name).toBe('ab c');
    expect(shown.tags).toEqual({ k: 'v' });
  });

  test('the barest record is still a box that can be ended', () => {
    expect(boxOf(instance.parse({ id: 'abc', status: 'booting' }))).toMatchObject({
      id: 'abc',
      name: null,
      region: null,
      type: null,
      priceCentsPerHour: null,
      extra: [],
    });
  });
});
