import { type Card, token } from '../../src/ui/card.ts';

/** Cards of every shape that devbox shows, as examples for the renderers. */
export const instanceCard: Card = {
  title: 'gh200-devbox',
  rows: [
    { label: 'ID', value: '646044a5f4ee41ff829613a9cbd22438' },
    { label: 'Status', value: [token('good', 'active')] },
    { label: 'IP', value: '192.222.58.14' },
    { label: 'SSH', value: [token('command', 'ssh gh200-devbox')] },
    { label: 'Region', value: 'us-east-3' },
    { label: 'Type', value: 'gpu_1x_gh200' },
  ],
};

export const typeCard: Card = {
  title: 'gpu_8x_h100_sxm5 - 8x H100 (80 GB SXM5)',
  rows: [
    { label: 'GPU Type', value: 'H100 (80 GB SXM5)' },
    { label: 'GPUs', value: '8' },
    { label: 'vCPUs', value: '208' },
    { label: 'RAM', value: '1800 GiB' },
    { label: 'Storage', value: '22528 GiB' },
    { label: 'Price', value: [token('money', '$23.92 per hour'), ', $574.08 per day, $17461.60 per month'] },
    { label: 'Available', value: [token('good', 'us-east-3'), ', ', token('good', 'us-west-1')] },
  ],
};

export const imageCard: Card = {
  title: 'Lambda Stack 24.04',
  rows: [
    { label: 'Description', value: 'Ubuntu 24.04 with drivers, CUDA and the usual frameworks' },
    { label: 'Family', value: 'lambda-stack-24-04' },
    { label: 'Version', value: '24.4.1' },
    { label: 'Architecture', value: 'arm64' },
  ],
  table: {
    columns: ['ID', 'Region', 'Created', 'Updated'],
    rows: [
      ['e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7', 'us-east-3', '2025-01-02', '2025-03-04'],
      ['0b5f30a8-9f1c-4a8e-8d7e-8c9f4a3d2e1b', 'us-west-1', [token('dim', '2024-11-30')], '2025-03-04'],
    ],
  },
};

export const rulesetCard: Card = {
  title: 'web',
  rows: [
    { label: 'ID', value: 'c4d291f47f9d436fa39f58493ce3b50d' },
    { label: 'Rules', value: '2' },
  ],
  table: {
    columns: ['Protocol', 'Ports', 'Source', 'Description'],
    rows: [
      ['tcp', '22', '0.0.0.0/0', 'Secure shell for everybody who has been given a key'],
      ['icmp', '-', '10.0.0.0/8', 'Ping'],
    ],
  },
};
