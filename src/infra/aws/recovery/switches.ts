/**
 * The objects of the switch bucket. Putting `stop` moves users, and only S3's data plane in that Region is needed. A bucket that
 * isn't there is an error and never `not there`: that would mean that users are at home.
 */
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import type {SwitchPort} from '../../../runbooks/recovery/ports/switch-port.ts'
import type {AwsSession} from '../session.ts'
import {readBody} from '../state-store.ts'
import {awsErrorName, isMissing} from '../translate-error.ts'

export function switches(session: AwsSession): SwitchPort {
  const at = (bucket: string, key: string): string => `s3://${bucket}/${key}`
  return {
    async read(region, Bucket, Key, signal) {
      try {
        const answer = await session.inRegion(region).call('s3', 'GetObject', {Bucket, Key}, {signal, resource: at(Bucket, Key)})
        return await readBody(answer.Body, session.boundMs, signal).catch((cause: unknown) => {
          throw new Unavailable('s3:GetObject', `the rest of ${at(Bucket, Key)} in ${region} didn't come`, {cause})
        })
      } catch (error) {
        if (isMissing(error) && awsErrorName(error) !== 'NoSuchBucket') return null
        throw error
      }
    },
    async put(region, Bucket, Key, Body, signal) {
      await session
        .inRegion(region)
        .call('s3', 'PutObject', {Bucket, Key, Body, ContentType: 'text/plain'}, {signal, resource: at(Bucket, Key)})
    },
    async remove(region, Bucket, Key, signal) {
      await session.inRegion(region).call('s3', 'DeleteObject', {Bucket, Key}, {signal, resource: at(Bucket, Key)})
    },
  }
}
