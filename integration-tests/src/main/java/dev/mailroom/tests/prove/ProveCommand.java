package dev.mailroom.tests.prove;

import dev.mailroom.tests.backlog.BacklogProof;
import dev.mailroom.tests.cluster.ClusterProof;
import dev.mailroom.tests.crash.CrashProof;
import dev.mailroom.tests.failover.FailoverProof;
import dev.mailroom.tests.inbox.InboxProof;
import dev.mailroom.tests.isolation.IsolationProof;
import dev.mailroom.tests.longtransaction.LongTransactionProof;
import dev.mailroom.tests.many.ManyProof;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The proofs on real parts. Exit status: 0 kept, 1 broken, 2 wrong usage. */
@Command(
    name = "./mailroom prove",
    mixinStandardHelpOptions = true,
    description = "Proves a promise on a real database, with relays in JVMs of their own.",
    subcommands = {
      AllProofs.class,
      BacklogProof.class,
      ClusterProof.class,
      CrashProof.class,
      FailoverProof.class,
      InboxProof.class,
      IsolationProof.class,
      LongTransactionProof.class,
      ManyProof.class
    })
public final class ProveCommand {

  private ProveCommand() {}

  /** Starts from the launcher. */
  public static void main(String... arguments) {
    System.exit(new CommandLine(new ProveCommand()).execute(arguments));
  }
}
