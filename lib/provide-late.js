'use strict';

/**
 * Gives an object properties that are made when somebody asks for them, and are ordinary ones from then on: to read files
 * is most of what a `require()` of the package costs, and of many programs each uses a part.
 *
 * @param {object} object
 * @param {Record<string, () => unknown>} values
 */
function provideLate(object, values) {
  for (const [name, make] of Object.entries(values)) {
    const settle = (/** @type {unknown} */ value) => {
      Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
      return value;
    };
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get: () => settle(make()),
      set: settle,
    });
  }
}

module.exports = { provideLate };
