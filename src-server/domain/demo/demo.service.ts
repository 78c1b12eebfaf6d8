import type { Caller } from '../../gate/caller';

/** The sample world of first run and of `cli demo`. */
export interface DemoService {
  load(caller: Caller): Promise<{ agents: number; proposals: number }>;
  remove(caller: Caller): number;
}
