/** An HTTP server on 127.0.0.1 and nowhere else. Closing it cuts open connections: a sandbox leaves nothing behind. */
import {createServer} from 'node:http'
import type {IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface Loopback {
  readonly endpoint: string
  readonly close: () => Promise<void>
}

export async function listenOnLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        request.socket.destroy()
        return
      }
      response.writeHead(500, {'content-type': 'application/json'})
      response.end(JSON.stringify({message: error instanceof Error ? error.message : String(error)}))
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  }
  return {endpoint, close}
}
