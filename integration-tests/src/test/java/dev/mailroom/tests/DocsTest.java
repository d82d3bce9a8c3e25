package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java that the docs show is a part of the examples or of their tests, which are run. Spaces,
 * line breaks and comments may differ; what an empty line separates may stand in different places.
 */
class DocsTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMENT = Pattern.compile("(?m)(^|\\s)//.*$");

  static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).toList();
    }
  }

  private static List<String> samples(Path page) {
    return JAVA_BLOCK
        .matcher(read(page))
        .results()
        .flatMap(block -> Stream.of(block.group(1).split("\n\\s*\n")))
        .map(DocsTest::bare)
        .filter(sample -> !sample.isEmpty())
        .toList();
  }

  private static String bare(String java) {
    return COMMENT.matcher(java).replaceAll("").replaceAll("\\s", "");
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void samplesArePartsOfExamples(Path page) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples/src"))) {
      List<String> examples =
          files
              .filter(path -> path.toString().endsWith(".java"))
              .map(path -> bare(read(path)))
              .toList();
      assertThat(samples(page))
          .allSatisfy(sample -> assertThat(examples).anyMatch(example -> example.contains(sample)));
    }
  }

  @Test
  void samplesAreFound() {
    assertThat(samples(ROOT.resolve("README.md"))).hasSizeGreaterThan(2);
    assertThat(samples(ROOT.resolve("docs/inbox.md"))).hasSizeGreaterThan(2);
  }
}
