package dev.mailroom.tests.prove;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A promise put to the test on real parts: a subcommand, whose fields are its options. This class
 * holds the options that all have, and shows what was found.
 */
public abstract class Proof implements Callable<Integer> {

  private static final List<String> KNOWN = List.of("postgresql", "mariadb", "mysql", "h2");

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      defaultValue = "postgresql",
      description = "postgresql, mariadb, mysql or h2, as far as built (${DEFAULT-VALUE})")
  private String database = "postgresql";

  @Option(names = "--json", description = "end standard output with the result as one JSON object")
  private boolean json;

  /** Refuses options that are out of bounds, with {@link #require}; nothing by default. */
  protected void check() {}

  /** Does it. */
  protected abstract Findings prove(Progress progress) throws Exception;

  /** The names of the databases that this proof can be run on. */
  protected List<String> databases() {
    return List.of("postgresql");
  }

  /** The one that it is run on. */
  protected final String database() {
    return database;
  }

  /** Checks the options, then does it. */
  public final Findings run(Progress progress) throws Exception {
    checkDatabase();
    check();
    return prove(progress);
  }

  @Override
  public final Integer call() {
    CommandSpec usage = Objects.requireNonNull(spec);
    PrintWriter out = usage.commandLine().getOut();
    PrintWriter err = usage.commandLine().getErr();
    Findings findings;
    try (Progress progress = new Progress(err::println)) {
      findings = run(progress);
    } catch (ParameterException e) {
      throw e;
    } catch (Exception e) {
      e.printStackTrace(err);
      out.println(usage.name() + ": FAILED, " + e);
      if (json) {
        out.println(Findings.json(e));
      }
      out.flush();
      return 1;
    }
    out.print(findings.table());
    out.println(usage.name() + ": " + (findings.areKept() ? "kept" : "BROKEN"));
    if (json) {
      out.println(findings.json());
    }
    out.flush();
    return findings.areKept() ? 0 : 1;
  }

  /** A wrong use unless {@code value} lies within the bounds. */
  protected final void require(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw wrong(option + " must be " + least + " to " + most + ": " + value);
    }
  }

  /** As {@link #require(String, long, long, long)}. */
  protected final void require(String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw wrong(option + " must be " + least + " to " + most + ": " + value);
    }
  }

  /** A wrong use unless {@code value} is one of {@code known}. */
  protected final void require(String option, String value, List<String> known) {
    if (!known.contains(value)) {
      throw wrong(option + " must be one of " + known + ": " + value);
    }
  }

  private void checkDatabase() {
    require("--database", database, KNOWN);
    if (!databases().contains(database)) {
      throw wrong(
          Objects.requireNonNull(spec).name()
              + " does not run on "
              + database
              + " yet; --database may be "
              + String.join(", ", databases()));
    }
  }

  private ParameterException wrong(String what) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), what);
  }
}
