/** The least that can take a callback with `restify`: reads the body, answers 200. */
import restify from 'restify';

const server = restify.createServer();
server.post('/callbacks/telesign/:channelId', (req, res, next) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    Buffer.concat(chunks);
    res.sendRaw(200, '{}', { 'Content-Type': 'application/json' });
    next();
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
