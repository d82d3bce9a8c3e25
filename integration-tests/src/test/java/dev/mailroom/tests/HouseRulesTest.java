package dev.mailroom.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Configuration;
import org.jooq.ConnectionRunnable;
import org.jooq.DSLContext;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the house: who may know whom, and what is shown to users. */
class HouseRulesTest {

  private static final String CORE = "dev.mailroom.outbox";
  private static final String RELAY = "dev.mailroom.relay";
  private static final String JDBC = "dev.mailroom.outbox.jdbc";
  private static final String AWS = "dev.mailroom.relay.aws";
  private static final String INBOX = "dev.mailroom.inbox..";
  private static final String[] LIBRARY = {CORE, RELAY, JDBC, AWS, INBOX};

  /** A new public type is a conscious act: name it here. */
  private static final Map<String, Set<String>> PUBLIC =
      Map.of(
          CORE,
          Set.of(
              "Codec",
              "Headers",
              "JacksonCodec",
              "MailroomException",
              "Message",
              "Outbox",
              "WireFormat"),
          RELAY,
          Set.of(
              "DeadLetterPolicy",
              "DestinationGate",
              "Lane",
              "LeaseStore",
              "OutboxEntry",
              "OutboxStore",
              "Relay",
              "RelayListener",
              "Timeline",
              "Transport"),
          JDBC,
          Set.of(
              "Database",
              "DeadLetters",
              "Destinations",
              "JdbcOutbox",
              "JdbcOutboxStore",
              "OutboxSchema",
              "Schema",
              "TableNames"),
          AWS,
          Set.of("AwsClients", "AwsTransport", "Route", "SnsTopic", "SqsQueue"),
          "dev.mailroom.inbox",
          Set.of(
              "Inbox",
              "InboxCleaner",
              "InboxDeadLetters",
              "InboxListener",
              "InboxMetrics",
              "InboxSchema",
              "ReceivedMessage"),
          "dev.mailroom.inbox.sqs",
          Set.of("PayloadStore", "S3PayloadStore", "SqsConsumer", "UnknownTypes"),
          "dev.mailroom.testkit",
          Set.of(
              "Deliveries",
              "FaultPlan",
              "Faults",
              "FauxqsServer",
              "LocalAws",
              "LocalServer",
              "MariaDbServer",
              "MySqlServer",
              "OutboxStoreContract",
              "PostgresServer",
              "StoreUnderTest"),
          "dev.mailroom.testkit.database",
          Set.of("DatabaseKind", "DatabaseSetUp", "TestDatabase", "WithDatabase"));

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("integration-tests"))
          .importPackages("dev.mailroom");

  @Test
  void coreKnowsNeitherDatabasesNorAws() {
    noClasses()
        .that(resideInAnyPackage(CORE, RELAY))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.sql..",
            "javax.sql..",
            "software.amazon..",
            "org.jooq..",
            "org.flywaydb..",
            JDBC,
            AWS,
            INBOX)
        .check(HOUSE);
  }

  @Test
  void whatAnApplicationSeesDoesNotKnowTheRelay() {
    noClasses()
        .that(resideInAPackage(CORE))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(RELAY)
        .check(HOUSE);
  }

  @Test
  void theOutboxInADatabaseDoesNotKnowAws() {
    noClasses()
        .that(resideInAPackage(JDBC))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("software.amazon..", AWS, INBOX)
        .check(HOUSE);
  }

  @Test
  void theTransportDoesNotKnowDatabases() {
    noClasses()
        .that(resideInAPackage(AWS))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", JDBC, INBOX)
        .check(HOUSE);
  }

  @Test
  void theInboxDoesNotKnowTheRelay() {
    noClasses()
        .that(resideInAPackage(INBOX))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(RELAY, AWS)
        .check(HOUSE);
    noClasses()
        .that(resideInAPackage("dev.mailroom.inbox"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mailroom.inbox.sqs", "software.amazon..")
        .check(HOUSE);
  }

  @Test
  void noLibraryKnowsTestkitOrExamples() {
    noClasses()
        .that(resideInAnyPackage(LIBRARY))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mailroom.testkit..", "dev.mailroom.examples..")
        .check(HOUSE);
  }

  @Test
  void namesSayWhatThingsAre() {
    noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?|Impl)").check(HOUSE);
  }

  @Test
  void jooqAndFlywayDoNotShow() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(resideInAnyPackage(LIBRARY))
        .should()
        .notHaveRawReturnType(resideInAnyPackage("org.jooq..", "org.flywaydb.."))
        .check(HOUSE);
    noClasses()
        .that()
        .arePublic()
        .and(resideInAnyPackage(LIBRARY))
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.jooq..")
                // What a user passes in to join a transaction that jOOQ runs.
                .and(
                    not(
                        belongToAnyOf(
                            Configuration.class, DSLContext.class, ConnectionRunnable.class))))
        .check(HOUSE);
  }

  @Test
  void librariesNeitherPrintNorUseAnotherLog() {
    noClasses()
        .that(resideInAnyPackage(LIBRARY))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..")
        .check(HOUSE);
  }

  @Test
  void theEngineReadsNoClockAndStartsNoThread() {
    noClasses()
        .that(resideInAPackage(RELAY))
        .and()
        .doNotHaveSimpleName("EngineThread")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethodWhere(
            target(owner(resideInAPackage("java.time..")))
                .and(target(nameMatching("now|system.*"))))
        .orShould()
        .callConstructor(java.util.Date.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(HOUSE);
  }

  /**
   * A clock that is set decides nothing: intervals are monotonic, what is old the database says.
   */
  @Test
  void theInboxReadsNoClockButForMetrics() {
    noClasses()
        .that(resideInAPackage(INBOX))
        .and()
        .doNotHaveSimpleName("InboxMetrics")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(HOUSE);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked =
        HOUSE.stream()
            .map(JavaClass::getPackage)
            .filter(each -> !each.isAnnotatedWith(NullMarked.class))
            .map(each -> each.getName())
            .collect(Collectors.toSet());
    assertThat(unmarked).isEmpty();
  }

  @Test
  void whatAUserDoesNotNeedIsNotPublic() {
    PUBLIC.forEach(
        (name, types) ->
            assertThat(
                    HOUSE.stream()
                        .filter(type -> type.getPackageName().equals(name))
                        .filter(type -> type.isTopLevelClass())
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName))
                .as(name)
                .containsExactlyInAnyOrderElementsOf(types));
  }
}
