/** What `replace-net.js` does for `import`, where Node has no synchronous hooks yet (20). */

let parentURL;
let url;

export function initialize(data) {
  ({ parentURL, url } = data);
}

export async function resolve(specifier, context, nextResolve) {
  const isReplaced = (specifier === 'net' || specifier === 'node:net') && context.parentURL === parentURL;
  return isReplaced ? { url, shortCircuit: true } : nextResolve(specifier, context);
}
