/** The tone of a status; each has a shape and a colour of its own. */
export type Tone = 'good' | 'warn' | 'bad' | 'run' | 'idle';
