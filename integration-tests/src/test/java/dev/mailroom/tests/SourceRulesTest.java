package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the house that only a source shows. */
class SourceRulesTest {

  private static final int MOST_LINES = 400;
  private static final Path ROOT = Path.of("..");

  @Test
  void filesAreShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources(ROOT)) {
      long lines = Files.readAllLines(file).size();
      if (lines > MOST_LINES) {
        tooLong.add(ROOT.relativize(file) + ": " + lines);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void loggersHaveOneName() throws IOException {
    List<String> others = new ArrayList<>();
    for (Path file : sources(ROOT)) {
      Files.readAllLines(file).stream()
          .filter(line -> line.matches(".*\\bLogger \\w+ *=.*") && !line.contains(" Logger log ="))
          .forEach(line -> others.add(ROOT.relativize(file) + ": " + line.strip()));
    }
    assertThat(others).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"outbox-core", "outbox-jdbc", "relay-sqs-sns", "inbox-dedup", "testkit"})
  void whatAUserSeesIsDocumented(String module) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources(ROOT.resolve(module + "/src/main"))));
      Undocumented undocumented = new Undocumented(Trees.instance(task));
      for (CompilationUnitTree file : task.parse()) {
        undocumented.scan(file, null);
      }
      assertThat(undocumented.seen).as("documented or not").isPositive();
      assertThat(undocumented.names).isEmpty();
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }

  /** Visits what is public or protected, in types that are. */
  private static final class Undocumented extends TreePathScanner<Void, Void> {

    private static final Set<Tree.Kind> OPEN_KINDS =
        Set.of(Tree.Kind.INTERFACE, Tree.Kind.ANNOTATION_TYPE);

    private final Trees trees;
    private final List<String> names = new ArrayList<>();
    private int seen;

    private Undocumented(Trees trees) {
      this.trees = trees;
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      if (!shows(type.getModifiers())) {
        return null; // and nothing in it does
      }
      check(type.getSimpleName().toString(), type.getModifiers());
      return super.visitClass(type, null);
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      boolean ofRecord =
          enclosing().getKind() == Tree.Kind.RECORD && method.getName().contentEquals("<init>");
      if (shows(method.getModifiers()) && !ofRecord) {
        check(method.getName().toString(), method.getModifiers());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree field, Void nothing) {
      boolean component =
          enclosing().getKind() == Tree.Kind.RECORD
              && !field.getModifiers().getFlags().contains(Modifier.STATIC);
      if (shows(field.getModifiers()) && !component) {
        check(field.getName().toString(), field.getModifiers());
      }
      return null;
    }

    private void check(String name, ModifiersTree modifiers) {
      seen++;
      boolean override =
          modifiers.getAnnotations().stream()
              .anyMatch(each -> each.getAnnotationType().toString().equals("Override"));
      if (!override && trees.getDocComment(getCurrentPath()) == null) {
        names.add(getCurrentPath().getCompilationUnit().getSourceFile().getName() + " " + name);
      }
    }

    private boolean shows(ModifiersTree modifiers) {
      Set<Modifier> flags = modifiers.getFlags();
      TreePath parent = getCurrentPath().getParentPath();
      boolean open = parent != null && OPEN_KINDS.contains(parent.getLeaf().getKind());
      return open || flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
    }

    private Tree enclosing() {
      return getCurrentPath().getParentPath().getLeaf();
    }
  }
}
