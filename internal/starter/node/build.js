// The build step, which runs on the builder: writes the page with its version into dist/.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const version = (await readFile('VERSION', 'utf8')).trim();
const page = await readFile('page.html', 'utf8');
await mkdir('dist', { recursive: true });
await writeFile('dist/page.html', page.replaceAll('{{version}}', () => version));
