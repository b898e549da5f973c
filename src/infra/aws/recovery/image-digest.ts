/**
 * The digest behind an image's name, in one Region's own registry: during a recovery the other Region's can't be asked.
 * Replicated repositories have the same name, so the Region in the image's name doesn't matter. Only reads.
 */
import type {AwsSession} from '../session.ts'
import {unlessMissing} from '../unless-missing.ts'

const privateRegistry = /^(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]+))?$/

/** null: it isn't there. An image of another registry is in no Region: its digest is the one in its name, or unknown. */
export async function imageDigest(session: AwsSession, image: string, signal?: AbortSignal): Promise<string | null> {
  const [, registryId, repositoryName, imageTag = 'latest', wanted] = privateRegistry.exec(image) ?? []
  if (registryId === undefined || repositoryName === undefined) return /@(sha256:[0-9a-f]+)$/.exec(image)?.[1] ?? null
  const answer = await unlessMissing(
    session.call(
      'ecr',
      'DescribeImages',
      {
        registryId,
        repositoryName,
        imageIds: [wanted === undefined ? {imageTag} : {imageDigest: wanted}],
      },
      {signal, resource: image},
    ),
  )
  return answer?.imageDetails?.[0]?.imageDigest ?? null
}
