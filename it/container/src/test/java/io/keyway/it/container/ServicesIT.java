package io.keyway.it.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeTransport;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.StateStore;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.it.kit.Ports;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What only code inside the framework can see: which services there are, and which survive whose
 * stop.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ServicesIT {
  private static final String FIRST_OF_OURS = "io.keyway.";

  @Inject private BundleContext context;
  @Inject private StateStore state;
  @Inject private SecretStore secrets;
  @Inject private IkeTransport transport;
  @Inject private IkeEngine engine;
  @Inject private SadService sad;
  @Inject private SpdService spd;
  @Inject private TunnelService tunnels;
  @Inject private IntentStore intent;

  @Configuration
  public Option[] configuration() throws IOException {
    String repository = new File(System.getProperty("keyway.repository")).toURI().toString();
    return new Option[] {
      karafDistributionConfiguration()
          .frameworkUrl(Archive.file().toUri().toString())
          .karafVersion(System.getProperty("karaf.version"))
          .name("Keyway")
          .unpackDirectory(Archive.ROOT.resolve("it/container/target/exam").toFile())
          .useDeployFolder(false),
      configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
      vmOption("-Xmx1g"),
      // Ten seconds by default, which a busy machine needs between two start levels.
      systemTimeout(240_000),
      // The distribution is sealed; Pax Exam brings its own bundles from the local Maven
      // repository.
      editConfigurationFilePut(
          "etc/org.ops4j.pax.url.mvn.cfg",
          "org.ops4j.pax.url.mvn.defaultRepositories",
          "${karaf.home.uri}${karaf.default.repository}@id=system.repository@snapshots, "
              + repository
              + "@id=m2@snapshots"),
      port("org.ops4j.pax.web.cfg", "org.osgi.service.http.port.secure"),
      port("org.apache.karaf.shell.cfg", "sshPort"),
    };
  }

  private static Option port(String file, String key) {
    return editConfigurationFilePut("etc/" + file, key, Integer.toString(Ports.tcp()));
  }

  @Test
  public void everyServiceOfTheApiIsThere() {
    for (Object service :
        new Object[] {state, secrets, transport, engine, sad, spd, tunnels, intent}) {
      assertNotNull(service);
    }
    assertTrue(tunnels.statuses().isEmpty());
  }

  @Test
  public void noServiceOfAnotherBundleGoesWhenOneBundleIsStopped() throws Exception {
    for (String stopped :
        List.of("ike-engine", "sad", "spd", "tunnels", "transport", "secrets", "state")) {
      Bundle bundle = bundle(stopped);
      Map<String, Object> before = servicesBesides(bundle);
      bundle.stop();
      Map<String, Object> during = servicesBesides(bundle);
      bundle.start();
      assertEquals("while " + stopped + " is stopped", before, during);
      assertEquals("after " + stopped + " is back", before, servicesBesides(bundle));
      assertTrue("services of " + stopped, bundle.getRegisteredServices().length > 0);
    }
  }

  private Bundle bundle(String name) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getLocation().contains("/keyway-" + name + "/"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no bundle " + name));
  }

  /** Services of ours by bundle and interface, with the id under which they were registered. */
  private Map<String, Object> servicesBesides(Bundle bundle) throws InvalidSyntaxException {
    ServiceReference<?>[] all = context.getAllServiceReferences(null, null);
    return Stream.of(all)
        .filter(r -> r.getBundle() != null && !r.getBundle().equals(bundle))
        .filter(r -> interfaces(r).startsWith(FIRST_OF_OURS))
        .collect(
            Collectors.toMap(
                r -> r.getBundle().getSymbolicName() + " " + interfaces(r),
                r -> r.getProperty(Constants.SERVICE_ID),
                (a, b) -> a + "," + b,
                TreeMap::new));
  }

  private static String interfaces(ServiceReference<?> reference) {
    return String.join(",", (String[]) reference.getProperty(Constants.OBJECTCLASS));
  }
}
