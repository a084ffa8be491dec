/** What can be wrong with a server. */
export type Kind =
  | 'fd'
  | 'memory'
  | 'mapping'
  | 'thread'
  | 'child'
  | 'zombie'
  | 'crash'
  | 'restart'
  | 'hang'
  | 'refused'
  | 'reply'
  | 'shutdown'
  | 'reload'
  | 'spin'
  | 'sanitizer'
  | 'gauge';
