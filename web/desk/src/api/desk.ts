import type { ApiClient } from './client'
import type {
  ConversationDetail,
  ConversationSummary,
  DeskSnapshot,
  Message,
  NewTicket,
  Orderable,
  Presence,
  SignedIn,
  Ticket,
  TicketPage,
  TicketState,
  TicketWithHistory,
} from './types'

/** The desk's calls, one a line, by the HTTP contract. */
export class DeskApi {
  constructor(private readonly http: ApiClient) {
    http.renew = () => this.me()
  }

  async signIn(username: string, password: string): Promise<SignedIn> {
    return this.known(await this.http.post<SignedIn>('/desk/login', { username, password }, { signingIn: true }))
  }

  async me(): Promise<SignedIn> {
    return this.known(await this.http.get<SignedIn>('/desk/me'))
  }

  async signOut(): Promise<void> {
    await this.http.post('/desk/logout')
    this.http.csrf = null
  }

  state = (): Promise<DeskSnapshot> => this.http.get('/desk/state')

  conversation = (id: string): Promise<ConversationDetail> => this.http.get(conversationPath(id))

  async messagesBefore(id: string, seq: number, limit: number): Promise<Message[]> {
    const page = await this.http.get<{ messages: Message[] }>(`${conversationPath(id)}/messages`, {
      before: seq,
      limit,
    })
    return page.messages
  }

  accept = (id: string, epoch: number): Promise<ConversationSummary> => this.act(id, 'accept', { epoch })
  takeOver = (id: string, epoch: number): Promise<ConversationSummary> => this.act(id, 'takeover', { epoch })
  handBack = (id: string): Promise<ConversationSummary> => this.act(id, 'handback', {})
  close = (id: string): Promise<ConversationSummary> => this.act(id, 'close', {})

  /** Safe to call again with the same `clientId`: the server stores it once. */
  reply = (id: string, clientId: string, text: string): Promise<ConversationSummary> =>
    this.act(id, 'reply', { client_id: clientId, text })

  /** The same for a picture. */
  showPicture = (id: string, clientId: string, picture: Blob): Promise<ConversationSummary> =>
    this.http.post(`${conversationPath(id)}/picture?client_id=${encodeURIComponent(clientId)}`, picture)

  orderables = (id: string): Promise<Orderable[]> => this.http.get(`${conversationPath(id)}/orderables`)

  offer = (id: string, wanted: Orderable): Promise<ConversationDetail> =>
    this.http.post(`${conversationPath(id)}/offers`, { kind: wanted.kind, params: wanted.params })

  setPresence = (status: Exclude<Presence, 'offline'>): Promise<unknown> => this.http.post('/desk/presence', { status })

  tickets = (state: TicketState | undefined, page: number): Promise<TicketPage> =>
    this.http.get('/desk/tickets', { state, page })

  ticket = (number: string): Promise<TicketWithHistory> => this.http.get(ticketPath(number))

  createTicket = (ticket: NewTicket): Promise<Ticket> => this.http.post('/desk/tickets', ticket)

  moveTicket = (number: string, to: TicketState, note: string): Promise<unknown> =>
    this.http.post(`${ticketPath(number)}/transition`, { to, note })

  private act(id: string, verb: string, body: object): Promise<ConversationSummary> {
    return this.http.post(`${conversationPath(id)}/${verb}`, body)
  }

  private known(signedIn: SignedIn): SignedIn {
    this.http.csrf = signedIn.csrf
    return signedIn
  }
}

const conversationPath = (id: string): string => `/desk/conversations/${encodeURIComponent(id)}`
const ticketPath = (number: string): string => `/desk/tickets/${encodeURIComponent(number)}`
