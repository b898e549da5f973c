/** The help as oclif writes it, but for one thing: paragraphs are as wide as the terminal, not as the source they were written in. */
import type {Command} from '@oclif/core'
import {Help} from '@oclif/core'

export default class HelpInParagraphs extends Help {
  protected override formatCommand(command: Command.Loadable): string {
    const {description} = command
    return super.formatCommand(description === undefined ? command : {...command, description: inParagraphs(description)})
  }

  protected override formatTopic(topic: Parameters<Help['formatTopic']>[0]): string {
    const {description} = topic
    return super.formatTopic(description === undefined ? topic : {...topic, description: inParagraphs(description)})
  }
}

/** Lines that begin with a space are a table, and stay. */
export const inParagraphs = (text: string): string => text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')
