/** A row: a trace by its sequence number, and the row within it, 0 being its header. */
export interface Position {
  readonly sequence: number;
  readonly row: number;
}
