import './write-after-end.js';
