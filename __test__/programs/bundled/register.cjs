'use strict';

/** In a function: an `import` would guard every socket from the beginning. */
exports.guardEverySocket = () => require('safe-socket/register');
