// For whoever bundles the box server.

/** What dockerode can do and devbox never asks of it: engines over SSH, image building, and a log with passwords. */
export const engineParts = {
  name: 'engine-parts',
  setup({ onResolve, onLoad }) {
    const unasked = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore)$/;
    onResolve({ filter: unasked }, ({ path }) => ({ path, namespace: 'engine-stub' }));
    onLoad({ filter: unasked, namespace: 'engine-stub' }, () => ({ contents: 'module.exports = {};' }));
    onResolve({ filter: /^debug$/ }, ({ path, importer }) =>
      importer.includes('docker-modem') ? { path, namespace: 'engine-silence' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'engine-silence' }, () => ({
      contents: 'module.exports = () => () => undefined;',
    }));
  },
};
