export function tone(status: string): 'good' | 'bad' | 'warn' | 'busy' | 'plain' {
  switch (status) {
    case 'succeeded':
      return 'good';
    case 'failed':
      return 'bad';
    case 'blocked':
      return 'warn';
    case 'processing':
      return 'busy';
    default:
      return 'plain';
  }
}
