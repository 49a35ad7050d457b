// SPDX-License-Identifier: BSD-2-Clause

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Logs in to web sites with a card, and signs a file with it in each way that Java has. Everything
 * is in one process, with one PIN, which it reads from standard input.
 *
 * <p>java Card.java CONFIGURATION SERVER-CERTIFICATE FILE URL...
 */
class Card {
    static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    public static void main(String[] args) throws Exception {
        Provider provider = Security.getProvider("SunPKCS11").configure(args[0]);
        Security.addProvider(provider);
        String pin = new BufferedReader(new InputStreamReader(System.in)).readLine();
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, pin.toCharArray());
        for (int i = 3; i < args.length; i++) {
            System.out.print(login(store, args[1], new URL(args[i])));
        }
        sign(provider, store, Path.of(args[2]), "SHA256withRSA", null);
        sign(provider, store, Path.of(args[2]), "RSASSA-PSS", PSS);
        sign(provider, store, Path.of(args[2]), "SHA256withRSASSA-PSS", PSS);
    }

    static String login(KeyStore store, String trusted, URL url) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, null);
        KeyStore servers = KeyStore.getInstance("PKCS12");
        servers.load(null, null);
        try (FileInputStream file = new FileInputStream(trusted)) {
            servers.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(servers);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The signature goes to a file named for the algorithm, and Java's own code verifies it. */
    static void sign(
            Provider provider, KeyStore store, Path file, String algorithm, PSSParameterSpec with)
            throws Exception {
        String alias = store.aliases().nextElement();
        byte[] data = Files.readAllBytes(file);
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initSign((PrivateKey) store.getKey(alias, null));
        if (with != null) {
            signature.setParameter(with);
        }
        signature.update(data);
        byte[] signed = signature.sign();
        Files.write(Path.of(file + "." + algorithm), signed);
        System.out.println(algorithm + " " + verify(store.getCertificate(alias), with, data, signed));
    }

    static boolean verify(Certificate certificate, PSSParameterSpec with, byte[] data, byte[] signed)
            throws Exception {
        Signature verifier =
                Signature.getInstance(with == null ? "SHA256withRSA" : "RSASSA-PSS", "SunRsaSign");
        verifier.initVerify(certificate);
        if (with != null) {
            verifier.setParameter(with);
        }
        verifier.update(data);
        return verifier.verify(signed);
    }
}
