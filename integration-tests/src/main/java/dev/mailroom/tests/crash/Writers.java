package dev.mailroom.tests.crash;

import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Town;
import dev.mailroom.tests.town.WriterMain;
import dev.mailroom.tests.town.Writing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Half of the writers live in this process, half in one that is killed at times. */
final class Writers {

  private static final int IN_EACH = 4;
  private static final long PAUSE_MILLIS = 40;

  private final Town town;
  private final List<String> destinations;
  private final Writing here;
  private Child elsewhere;
  private int started;

  Writers(Town town, List<String> destinations, SplittableRandom random) throws IOException {
    this.town = town;
    this.destinations = destinations;
    here = new Writing(town.dataSource(), "here", destinations, IN_EACH, PAUSE_MILLIS, random);
    elsewhere = launch();
  }

  private Child launch() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                town.url(),
                "there" + started++ + "-",
                Integer.toString(IN_EACH),
                Long.toString(PAUSE_MILLIS)));
    arguments.addAll(destinations);
    Child child = town.launch(WriterMain.class, "writers", arguments.toArray(String[]::new));
    child.greeting();
    return child;
  }

  /** A transaction in which something is written to each destination is open when they die. */
  void killAndReplace() throws IOException, InterruptedException {
    elsewhere.tell("open" + started);
    elsewhere.kill();
    elsewhere = launch();
  }

  void stop() throws InterruptedException {
    here.stop();
    elsewhere.kill();
  }
}
