import { expect, test } from '@jest/globals';
import { openPorts } from '../../../src/providers/gpulab/open-ports.ts';

const one = 'https://abc-123-8080.proxy.example';
const two = 'https://abc-123-8888.proxy.example';

test.each([
  ['ports alone', '8080,8888', null, { 8080: null, 8888: null }],
  ['a JSON object as text', '8080,8888', JSON.stringify({ 8080: one, 8888: two }), { 8080: one, 8888: two }],
  ['a JSON object', '8080', { 8080: one }, { 8080: one }],
  ['addresses with the port in their name', '8080,8888', `${one},${two}`, { 8080: one, 8888: two }],
  ['arrows', '8080', '8080 → http://h.example/x', { 8080: 'http://h.example/x' }],
  ['a list of things', '', [{ port: 8080, url: one }], { 8080: one }],
  ['addresses with a port', '', 'http://10.0.0.1:7000', { 7000: 'http://10.0.0.1:7000' }],
  ['one address for one port', '8080', 'https://x.example', { 8080: 'https://x.example' }],
  ['ranges, mappings and protocols', '7000-7010, 1:8080/tcp', null, { '7000-7010': null, 8080: null }],
  ['nonsense', 'a,b', '://', {}],
])('%s', (_name, opened, said, ports) => {
  const found = openPorts(opened, said, null);
  expect(Object.fromEntries(found.map(({ port, url }) => [port, url]))).toEqual(ports);
});
