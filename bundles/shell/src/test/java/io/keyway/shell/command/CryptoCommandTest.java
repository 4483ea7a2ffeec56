package io.keyway.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.keyway.api.crypto.AlgorithmReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CryptoCommandTest {
  private final FakeServices services = new FakeServices();
  private final FakeSession session = new FakeSession();

  private CryptoCommand command() {
    CryptoCommand command = new CryptoCommand();
    command.services = services;
    command.session = session.session();
    return command;
  }

  private void cryptoEngine() {
    List<AlgorithmReport> algorithms =
        List.of(
            new AlgorithmReport(
                "ecp384",
                "BC 1.83",
                List.of(
                    new AlgorithmReport.Candidate("CORRETTO", false, "not present", 0),
                    new AlgorithmReport.Candidate("BC 1.83", true, "known answer", 577_300),
                    new AlgorithmReport.Candidate("SunEC 17", true, "known answer", 1_858_000))),
            new AlgorithmReport("mlkem768", "", List.of()));
    services.engine(Map.of("name", a -> "ike-native", "algorithms", a -> algorithms));
  }

  @Test
  void cryptoShowsTheProviderItsSelfTestAndTheMeasurements() {
    cryptoEngine();

    command().run();

    assertThat(session.printed())
        .contains(
            "ecp384: BC 1.83",
            "  - CORRETTO: not present",
            "  * BC 1.83: known answer, 577.3 us",
            "  - SunEC 17: known answer, 1858.0 us",
            "mlkem768: not offered");
  }

  @Test
  void cryptoAsJsonSaysWhatIsNotOffered() {
    cryptoEngine();
    CryptoCommand command = command();
    command.json = true;

    command.run();

    var all = JsonParser.parseString(session.printed()).getAsJsonArray();
    assertThat(all.get(0).getAsJsonObject().get("provider").getAsString()).isEqualTo("BC 1.83");
    assertThat(all.get(1).getAsJsonObject().get("offered").getAsBoolean()).isFalse();
  }
}
