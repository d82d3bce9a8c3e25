package dev.mailroom.testkit.database;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.ReflectionSupport;

/** Keeps a database in the store of each class that asks for one; JUnit closes it there. */
final class DatabaseExtension implements BeforeAllCallback, ParameterResolver {

  private static final Namespace STORE = Namespace.create(DatabaseExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    database(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == DataSource.class || type == TestDatabase.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestDatabase database = database(context);
    return parameter.getParameter().getType() == DataSource.class
        ? database.dataSource()
        : database;
  }

  private static TestDatabase database(ExtensionContext context) {
    ExtensionContext owner = owner(context);
    return owner
        .getStore(STORE)
        .getOrComputeIfAbsent(
            owner.getUniqueId(),
            id -> create(findAnnotation(owner.getTestClass(), WithDatabase.class).orElseThrow()),
            TestDatabase.class);
  }

  /** The innermost class with the annotation. */
  private static ExtensionContext owner(ExtensionContext context) {
    boolean isClass = context.getTestClass().isPresent() && context.getTestMethod().isEmpty();
    return isClass && findAnnotation(context.getTestClass(), WithDatabase.class).isPresent()
        ? context
        : owner(context.getParent().orElseThrow());
  }

  private static TestDatabase create(WithDatabase wanted) {
    TestDatabase database = create(wanted.value());
    try {
      for (Class<? extends DatabaseSetUp> type : wanted.setUp()) {
        ReflectionSupport.newInstance(type).setUp(database.dataSource());
      }
      return database;
    } catch (Exception e) {
      database.close();
      throw new IllegalStateException("Could not set up " + database, e);
    }
  }

  private static TestDatabase create(DatabaseKind kind) {
    try {
      return TestDatabase.create(kind);
    } catch (NoDatabaseException e) {
      // Few build tools tell why a whole class was skipped.
      System.out.println("Tests are skipped: " + e.getMessage());
      return Assumptions.abort(e.getMessage());
    }
  }
}
