'use strict';

/**
 * An ESLint rule: in JSDoc, a socket, a stream, a server, a listener and a state have a type of their own. Neither
 * `no-restricted-syntax` nor tsc can say that, as the one sees no comments and to the other `any` is as good as any type.
 */

const NAMES = 'socket|state|stream|server|listener';

/** What says nothing of a value. */
const NO_TYPES = new Set(['*', '{}', 'Function', 'Object', 'any', 'object', 'unknown']);

/** Where a name is documented; its type begins at the end of the match. */
const TAGS = /@(?:param|property|this|type)\s+(?=\{)/g;
const NAME_AFTER = new RegExp(`^\\s+\\[?(?:\\w+\\.)*(${NAMES})\\b`);

/**
 * @param {string} text
 * @param {number} start of an opening brace
 * @returns {string} what stands between it and its closing brace
 */
function insideBraces(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(start + 1, at);
  }
  return text.slice(start + 1);
}

/**
 * @param {string} type
 * @returns {string[]} the members of a union, each without what makes it optional, a list or a rest parameter
 */
function membersOf(type) {
  const members = [''];
  let depth = 0;
  for (const char of type.replaceAll('=>', '')) {
    if ('([{<'.includes(char)) depth += 1;
    if (')]}>'.includes(char)) depth -= 1;
    if (char === '|' && depth === 0) members.push('');
    else members[members.length - 1] += char;
  }
  return members.map((member) => member.replace(/^[\s.?!(]+|[\s=)]+$|\[\]/g, '').replace(/\s/g, ''));
}

/** @type {import('eslint').Rule.RuleModule} */
const typedStreams = {
  meta: { type: 'problem', schema: [], messages: { untyped: 'The type of `{{ name }}` says nothing: {{ type }}.' } },
  create({ sourceCode, report }) {
    const check = (/** @type {ReturnType<import('eslint').SourceCode['getAllComments']>[number]} */ comment) => {
      const text = comment.value.replace(/^\s*\* ?/gm, '');
      for (const match of text.matchAll(TAGS)) {
        const start = match.index + match[0].length;
        const type = insideBraces(text, start);
        const after = text.slice(start + type.length + 2);
        const [tag] = match[0].split(/\s/);
        let name = NAME_AFTER.exec(after)?.[1];
        if (tag === '@this') name = 'this';
        // Before a parameter or a field.
        if (tag === '@type')
          name = new RegExp(`^(?:${NAMES})$`).exec(sourceCode.getTokenAfter(comment)?.value ?? '')?.[0];
        if (name === undefined || !membersOf(type).some((member) => NO_TYPES.has(member))) continue;
        report({ loc: comment.loc ?? { line: 1, column: 0 }, messageId: 'untyped', data: { name, type } });
      }
    };
    return {
      Program() {
        for (const comment of sourceCode.getAllComments()) if (comment.value.startsWith('*')) check(comment);
      },
    };
  },
};

module.exports = { typedStreams };
