/** The text of a template: from the call itself, or from an object in the sandbox's S3, however its URL is written. */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'

const LONGEST_BODY_BYTES = 51_200
const LONGEST_OBJECT_BYTES = 1_000_000

export async function templateText(
  world: World,
  region: string,
  source: {readonly TemplateBody?: string | undefined; readonly TemplateURL?: string | undefined},
): Promise<string | null> {
  const {TemplateBody: body, TemplateURL: url} = source
  if (body !== undefined && url !== undefined) {
    throw new AwsFault('ValidationError', 'TemplateURL or TemplateBody must be specified, but not both.')
  }
  if (url !== undefined) return await objectText(world, region, url)
  if (body === undefined) return null
  if (Buffer.byteLength(body) > LONGEST_BODY_BYTES) {
    throw new AwsFault(
      'ValidationError',
      "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
        + `Member must have length less than or equal to ${LONGEST_BODY_BYTES}`,
    )
  }
  return body
}

async function objectText(world: World, region: string, url: string): Promise<string> {
  const {bucket, key} = objectOf(url)
  // A template may lie in any Region's bucket.
  for (const where of new Set([region, ...world.regions, 'us-east-1'])) {
    try {
      const answer = (await world.invoke('s3', 'GetObject', {Bucket: bucket, Key: key}, where)) as {
        readonly Body?: Uint8Array | string
      }
      const text = Buffer.from(answer.Body ?? '').toString('utf8')
      if (Buffer.byteLength(text) > LONGEST_OBJECT_BYTES) {
        throw new AwsFault('ValidationError', `Template may not exceed ${LONGEST_OBJECT_BYTES} bytes in size.`)
      }
      return text
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error
      if (error.code === 'PermanentRedirect') continue
      if (error.code === 'NoSuchBucket' || error.code === 'NoSuchKey') {
        throw new AwsFault(
          'ValidationError',
          `S3 error: ${error.message}\nFor more information check `
            + 'http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
        )
      }
      throw error
    }
  }
  throw new AwsFault('ValidationError', 'TemplateURL must reference a valid S3 object to which you have access.')
}

/**
 * `https://BUCKET.s3.REGION.amazonaws.com/KEY`, `https://s3.REGION.amazonaws.com/BUCKET/KEY`, and loopback's
 * `http://host/BUCKET/KEY`.
 */
function objectOf(url: string): {readonly bucket: string; readonly key: string} {
  if (!URL.canParse(url)) {
    throw new AwsFault(
      'ValidationError',
      `Template format error: unsupported structure. TemplateURL must be a supported URL: ${url}`,
    )
  }
  const {hostname, pathname} = new URL(url)
  const path = decodeURIComponent(pathname.slice(1))
  const virtual =
    /^(.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1] ?? /^(.+)\.localhost$/.exec(hostname)?.[1]
  if (virtual !== undefined) return {bucket: virtual, key: path}
  const isEndpoint =
    /^s3[.-].*amazonaws\.com(?:\.cn)?$/.test(hostname)
    || hostname === 'localhost'
    || hostname === '127.0.0.1'
    || hostname === '[::1]'
  const slash = path.indexOf('/')
  if (!isEndpoint || slash < 1) throw new AwsFault('ValidationError', 'TemplateURL must be an Amazon S3 URL.')
  return {bucket: path.slice(0, slash), key: path.slice(slash + 1)}
}
