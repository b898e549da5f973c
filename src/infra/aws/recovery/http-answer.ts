/** Sends a request and reads its answer to the end, or as much of it as anybody needs. It waits for ever: its signal bounds it. */
import type {ClientRequest, IncomingMessage} from 'node:http'
import type {HttpAnswer} from '../../../runbooks/custom/ports.ts'

/** Nobody's probe answers more; what comes after is left unread. */
const longestBody = 64 * 1024

export function httpAnswer(request: ClientRequest, sent: string | null = null): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response: IncomingMessage) => {
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
      )
      let body = ''
      const done = (): void => resolve({status: response.statusCode ?? 0, headers, body: body.slice(0, longestBody)})
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
        if (body.length < longestBody) return
        done()
        request.destroy()
      })
      response.on('end', done)
      response.on('error', reject)
    })
    request.end(sent ?? undefined)
  })
}
