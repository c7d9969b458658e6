/** Fills a store in a process of its own, so that its memory is nobody else's: `<folder> <count> <dialogs> <locales>`. */
import { fill } from './fill.ts';

const [dataDir = '', count = '0', dialogsDir = '', localesDir = ''] = process.argv.slice(2);
await fill(dataDir, Number(count), { dialogsDir, localesDir });
