/** What one agent's desk remembers across a reload of the tab; gone with the tab, and never another agent's. */
export class Memory {
  constructor(
    private readonly agentId: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  ) {}

  read<T>(name: string, otherwise: T): T {
    try {
      const text = this.storage.getItem(this.key(name))
      return text === null ? otherwise : (JSON.parse(text) as T)
    } catch {
      return otherwise
    }
  }

  write(name: string, value: unknown): void {
    try {
      this.storage.setItem(this.key(name), JSON.stringify(value))
    } catch {
      // Full or forbidden: the desk works on without it.
    }
  }

  forget(name: string): void {
    this.storage.removeItem(this.key(name))
  }

  private key(name: string): string {
    return `xiaoxun.desk.${this.agentId}.${name}`
  }
}
