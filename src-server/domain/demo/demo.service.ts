import type { Caller } from '../../gate/caller';

/** The sample world of first run and of `cli demo`. */
export interface DemoService {
  load(caller: Caller): Promise<{ agents: number; proposals: number }>;
  remove(caller: Caller): number;
}

export function createDemoService(_deps: object): DemoService {
  return { load: async () => ({ agents: 0, proposals: 0 }), remove: () => 0 };
}
