'use strict';

const { moduleLoadList } = process;
console.log(
  JSON.stringify({
    tls: moduleLoadList.includes('NativeModule tls'),
    http: moduleLoadList.includes('NativeModule http'),
    native: process.report.getReport().sharedObjects.some((file) => file.endsWith('.node')),
  }),
);
