import type { EngineWords } from '../engine';

/** The engine's own sentences are English. */
export const engineWords = { engine: null as EngineWords | null };
