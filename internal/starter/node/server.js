// Serves the page that the build step has made on HOST:PORT.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { HOST, PORT, GREETING = 'Hello', INSTANCE_ID = 'a builder' } = process.env;

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (await readFile(new URL('dist/page.html', import.meta.url), 'utf8'))
  .replaceAll('{{greeting}}', () => escape(GREETING))
  .replaceAll('{{instance}}', () => escape(INSTANCE_ID));

const server = createServer((request, response) => {
  const found = new URL(request.url, 'http://app').pathname === '/';
  response.writeHead(found ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(found ? page : 'Not found');
});

// A connection that idles is closed by the load balancer, after 60 seconds, and not under its next request.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
server.keepAliveTimeout = 75_000;

process.on('SIGTERM', () => server.close());
server.listen(Number(PORT), HOST);
