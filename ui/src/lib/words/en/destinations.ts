/** The words of a destination: what it holds, its keys, its proofs and its upkeep, in English. */

export const destinationWords = {
  passwordChoice: {
    ways: {
      generated: 'Make one for me',
      typed: 'I type one',
      keyFile: 'A key file',
    },
    hints: {
      generated: 'Seven words, strong enough for good. The recovery kit shows them.',
      typed: 'Only as safe as it is hard to guess',
      keyFile: 'A file of yours whose only line is the password',
    },
    knownHints: {
      generated: '',
      typed: 'As it stands on the recovery kit',
      keyFile: 'A file of yours whose only line is the password',
    },
    file: 'Key file',
    fileFound: 'File found',
    noFile: 'Not a file',
  },
};
