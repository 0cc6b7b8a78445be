// Imported for its effect: every `net.Socket` of the process is guarded.
export {};
