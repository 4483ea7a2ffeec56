package io.keyway.emulator.infrap4d.cli;

import io.grpc.Status;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.v1.ClearFaultsRequest;
import io.keyway.emulator.v1.ClearPipelineRequest;
import io.keyway.emulator.v1.CollectRequest;
import io.keyway.emulator.v1.CountersRequest;
import io.keyway.emulator.v1.EmulatorControlGrpc.EmulatorControlBlockingStub;
import io.keyway.emulator.v1.ExpireSpiRequest;
import io.keyway.emulator.v1.FillTableRequest;
import io.keyway.emulator.v1.InjectRequest;
import io.keyway.emulator.v1.ListRowsRequest;
import io.keyway.emulator.v1.ListSasRequest;
import io.keyway.emulator.v1.Operation;
import io.keyway.emulator.v1.PushPipelineRequest;
import io.keyway.emulator.v1.RestartRequest;
import io.keyway.emulator.v1.SetFaultRequest;
import io.keyway.emulator.v1.SetReachableRequest;
import io.keyway.emulator.v1.StartCaptureRequest;
import io.keyway.emulator.v1.StatusRequest;
import io.keyway.emulator.v1.StopCaptureRequest;
import java.io.PrintStream;
import java.nio.file.Path;

/** What can be ordered. */
enum Command {
  STATUS("", "who it is, where it listens, generation, streams, quirks") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      words.end();
      Shown.status(control.status(StatusRequest.getDefaultInstance()), out);
    }
  },
  COUNTERS("", "every counter") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      words.end();
      Shown.counters(control.getCounters(CountersRequest.getDefaultInstance()), out);
    }
  },
  SAS("", "the SAD, without keys") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      words.end();
      Shown.sas(control.listSas(ListSasRequest.getDefaultInstance()), out);
    }
  },
  ROWS("[TABLE]", "rows of one table, by full name or alias, or of all") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      String table = words.next().orElse("");
      words.end();
      Shown.rows(control.listRows(ListRowsRequest.newBuilder().setTable(table).build()), out);
    }
  },
  FAULT(
      "OPERATION EFFECT [--count=N] [--skip=N] [--delay=MS] [--code=NAME] [--message=TEXT]"
          + " [--table=NAME] [--sa=inbound|outbound]",
      "orders a fault for the next operations; --count 1 unless said otherwise, 0: all until"
          + " clear-faults") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      SetFaultRequest.Builder fault =
          SetFaultRequest.newBuilder()
              .setOperation(Words.choice(Operation.class, "operation", words.need("the operation")))
              .setEffect(
                  Words.choice(SetFaultRequest.Effect.class, "effect", words.need("the effect")))
              .setCount(words.number("count", 1))
              .setSkip(words.number("skip", 0))
              .setDelayMs(words.number("delay", 0))
              .setMessage(words.option("message").orElse(""))
              .setTable(words.option("table").orElse(""));
      words
          .option("code")
          .ifPresent(c -> fault.setCode(Words.choice(Status.Code.class, "gRPC code", c).value()));
      words
          .option("sa")
          .ifPresent(
              sa ->
                  fault.setSaDirection(
                      SetFaultRequest.SaDirection.valueOf(
                          Words.choice(Fault.Sa.class, "direction of SAs", sa).name())));
      words.end();
      control.setFault(fault.build());
      out.println("ordered");
    }
  },
  CLEAR_FAULTS("", "forgets every fault on order") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      words.end();
      control.clearFaults(ClearFaultsRequest.getDefaultInstance());
      out.println("forgotten");
    }
  },
  RESTART(
      "[--no-pipeline] [--down=MS]",
      "infrap4d dies and comes back without rows, SAs and streams; with --no-pipeline somebody has"
          + " to push one") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      RestartRequest request =
          RestartRequest.newBuilder()
              .setPipelineSet(!words.flag("no-pipeline"))
              .setDownMs(words.number("down", 0))
              .build();
      words.end();
      out.println("generation " + control.restart(request).getGeneration());
    }
  },
  UNREACHABLE("", "stops answering and drops every connection; the device runs on") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      reachable(control, words, false);
      out.println("it does not answer any more");
    }
  },
  REACHABLE("", "answers again") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      reachable(control, words, true);
      out.println("it answers");
    }
  },
  PUSH_PIPELINE(
      "[--id-offset=N]",
      "sets the pipeline again, as a controller of the rest of the program does; empties tables and"
          + " SAD") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      PushPipelineRequest request =
          PushPipelineRequest.newBuilder().setIdOffset(words.number("id-offset", 0)).build();
      words.end();
      out.println("generation " + control.pushPipeline(request).getGeneration());
    }
  },
  CLEAR_PIPELINE("", "takes the pipeline away") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      words.end();
      control.clearPipeline(ClearPipelineRequest.getDefaultInstance());
      out.println("there is no pipeline now");
    }
  },
  FILL("TABLE|sad [--leave=N]", "fills a table, or the SAD, until only N places are free") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      FillTableRequest request =
          FillTableRequest.newBuilder()
              .setTable(words.need("the table"))
              .setLeaveFree(words.number("leave", 0))
              .build();
      words.end();
      out.println("taken: " + control.fillTable(request).getAdded());
    }
  },
  EXPIRE(
      "SPI [--hard] [--destination=ADDRESS] [--enforce]",
      "reports a lifetime; soft unless --hard; --enforce stops the SA too") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      ExpireSpiRequest request =
          ExpireSpiRequest.newBuilder()
              .setSpi((int) Words.unsigned("the SPI", words.need("the SPI")))
              .setSoft(!words.flag("hard"))
              .setDestAddress(words.option("destination").orElse(""))
              .setEnforce(words.flag("enforce"))
              .build();
      words.end();
      out.println("subscribers told: " + control.expireSpi(request).getSubscribers());
    }
  },
  SEND(
      "SOURCE DESTINATION [--protocol=N] [--text=TEXT] [--count=N] [--underlay]",
      "IPv4 packets of the host to the device (UDP unless --protocol); says what became of them") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      InjectRequest request = HostPackets.request(words);
      words.end();
      Shown.verdicts(control.inject(request), out);
    }
  },
  DELIVERED("[--max=N]", "takes what the device has delivered to the host since the last call") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      CollectRequest request = CollectRequest.newBuilder().setMax(words.number("max", 0)).build();
      words.end();
      Shown.delivered(control.collectDelivered(request), out);
    }
  },
  CAPTURE("DIRECTORY|stop", "wire.pcap and esp_sa (keys, mode 0600) into a directory") {
    @Override
    void run(EmulatorControlBlockingStub control, Words words, PrintStream out) {
      String directory = words.need("the directory");
      words.end();
      if (directory.equals("stop")) {
        var stopped = control.stopCapture(StopCaptureRequest.getDefaultInstance());
        out.println("frames: " + stopped.getFrames());
        return;
      }
      // The emulator may have been started in another directory.
      var started =
          control.startCapture(
              StartCaptureRequest.newBuilder()
                  .setDirectory(Path.of(directory).toAbsolutePath().toString())
                  .build());
      out.println(started.getPcap());
      out.println(started.getKeys());
    }
  };

  private final String arguments;
  private final String meaning;

  Command(String arguments, String meaning) {
    this.arguments = arguments;
    this.meaning = meaning;
  }

  /** Words after the command. */
  String arguments() {
    return arguments;
  }

  String meaning() {
    return meaning;
  }

  /**
   * Does it.
   *
   * @throws IllegalArgumentException for words that are not understood
   * @throws io.grpc.StatusRuntimeException for what the emulator refuses
   */
  abstract void run(EmulatorControlBlockingStub control, Words words, PrintStream out);

  private static void reachable(
      EmulatorControlBlockingStub control, Words words, boolean reachable) {
    words.end();
    control.setReachable(SetReachableRequest.newBuilder().setReachable(reachable).build());
  }
}
