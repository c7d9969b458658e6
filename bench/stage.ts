import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant } from './contest.ts';
import type { LoadProcess } from './load-process.ts';
import type { Places } from './places.ts';
import { type Kind, serviceCommand } from './service-command.ts';
import { ServiceProcess } from './service-process.ts';

/** What a scenario runs on: the load generator, and the services that it starts. */
export class Stage {
  readonly places: Places;
  readonly load: LoadProcess;
  readonly #running = new Set<ServiceProcess>();
  #folders = 0;

  constructor(places: Places, load: LoadProcess) {
    this.places = places;
    this.load = load;
  }

  /** Starts a service, on an empty store or on the one in `dataDir`, which holds `filled` conversations. */
  async start(
    kind: Kind,
    parts: { dataDir?: string; filled?: number; nodeOptions?: readonly string[] } = {},
  ): Promise<Contestant> {
    const { filled = 0, dataDir = await this.folder(), nodeOptions = [] } = parts;
    const command = serviceCommand(kind, this.places, { sinkUrl: this.load.sinkUrl, dataDir, filled });
    const service = await ServiceProcess.start({ ...command, args: [...nodeOptions, ...command.args] });
    this.#running.add(service);
    return { service, filled };
  }

  async stop(...contestants: Contestant[]): Promise<void> {
    for (const { service } of contestants) {
      await service.stop();
      this.#running.delete(service);
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((service) => service.stop()));
    this.#running.clear();
  }

  /** A new folder that goes with the run. */
  async folder(): Promise<string> {
    this.#folders += 1;
    const path = join(this.places.temporary, `data-${this.#folders}`);
    await mkdir(path);
    return path;
  }
}
