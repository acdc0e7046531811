import type { studioZh } from './studio.zh'

/** The sentences of the studio, in English. */
export const studioEn: Record<keyof typeof studioZh, string> = {
  'studio.title': 'What customers say',
  'studio.lead': 'The latest sentences of customers and what the model understood at the time. Read-only.',
  'studio.model.none': 'No model in use',
  'studio.time': 'Time',
  'studio.text': 'Sentence',
  'studio.intent': 'Understood as',
  'studio.confidence': 'Confidence',
  'studio.conversation': 'Chat',
  'studio.open': 'Open chat',
  'studio.none': 'No customer has said anything yet.',
  'studio.notUnderstood': 'Not given to the model',
  'studio.total': '{n} sentences',
  'studio.refresh': 'Refresh',
  'studio.nav': 'Studio',
  'studio.nav.inbox': 'Inbox',
  'studio.nav.data': 'Training data',
  'studio.nav.faq': 'FAQ',
  'studio.nav.replies': 'Replies',
  'studio.nav.changes': 'Changes',
  'studio.nav.learn': 'Learn',
  'studio.nav.models': 'Models',
  'studio.forbidden': 'Your account may not use the studio.',
  'studio.forbidden.hint': 'The studio is for trainers and supervisors.',
}
