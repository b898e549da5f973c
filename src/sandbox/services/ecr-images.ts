/** Images of repositories: kept as records of their own, because a repository with one can't be deleted. */
import type {AccountRecord, World} from '../world/contract.ts'
import {recordsOf} from './records/lookup.ts'

export const IMAGE = 'AWS::ECR::Image'

export function imagesOf(world: World, region: string, repository: string): readonly AccountRecord[] {
  return recordsOf(world, IMAGE, region).filter(({properties}) => properties['RepositoryName'] === repository)
}
