package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPackTest {

    @TempDir
    Path folder;

    @Test
    void opensAndCloses() {
        ModelPack pack = ModelPack.open(TestPacks.TOY, Device.cpu());
        assertThat(pack.manifest().name()).isEqualTo("toy");
        assertThat(pack.vaeDecoder().decode(new float[3 * 1024], 1, 3)).hasSize(2 * 3 * 64 * 64);
        assertThat(pack.networkSeconds()).isPositive();
        pack.close();
        pack.close();
    }

    @Test
    void saysWhichFileIsMissing() throws IOException {
        TestPacks.changedToy(folder, json -> { });
        Files.delete(folder.resolve("apm.onnx"));
        assertRefused("apm.onnx: is missing");
    }

    @Test
    void noticesAChangedFile() throws IOException {
        TestPacks.changedToy(folder, json -> { });
        Files.writeString(folder.resolve("unet.onnx"), "version https://git-lfs.github.com/spec/v1\n");
        assertRefused("unet.onnx: is not the file that the manifest was written for");
    }

    @Test
    void noticesAGraphOfAnotherRole() {
        change(json -> {
            ObjectNode graphs = (ObjectNode) json.get("graphs");
            ObjectNode unet = (ObjectNode) graphs.get("unet");
            ObjectNode cam = (ObjectNode) graphs.get("cam");
            unet.put("file", cam.get("file").asText()).put("sha256", cam.get("sha256").asText());
        });
        assertRefused("cam.onnx: the manifest names the inputs [cam_scale, contexts,");
    }

    @Test
    void noticesSizesThatDisagree() {
        change(json -> {
            json.put("contexts", 5);
            setContexts(json, "apm", "outputs");
            setContexts(json, "unet", "inputs");
        });
        assertRefused("apm.onnx: output contexts is [B, 5, 48, 384] in the manifest, but [-1, 3, 48, 384]");
    }

    @Test
    void noticesAManifestThatContradictsItself() {
        change(json -> json.put("contexts", 5));
        assertRefused("graphs.apm.outputs.contexts must be [B, 5, 48, 384]");
    }

    @Test
    void fastModeNeedsNetworksThatKnowTheInterval() {
        change(json -> {
            ObjectNode inputs = (ObjectNode) json.get("graphs").get("cam").get("inputs");
            inputs.remove("interval");
        });
        assertRefused("graphs.cam.inputs must be exactly [embedding, interval, latents, text, timestep]");
    }

    @Test
    void knowingTheIntervalIsNotYetAFastMode() {
        change(json -> ((ObjectNode) json.get("diffusion")).remove("fast"));
        ModelPack.open(folder, Device.cpu()).close();
    }

    @Test
    void loadsNetworksLaterOnlyFromTheSameFiles() throws IOException {
        change(json -> { });
        try (ModelPack pack = ModelPack.open(folder, Device.cpu().withThreads(2))) {
            Files.delete(folder.resolve("unet.onnx"));
            Denoiser.Conditions one =
                    new Denoiser.Conditions(1, new float[48 * 384], new float[3 * 48 * 384], Optional.empty());
            pack.denoiser().start(one);
            Denoiser.Conditions two =
                    new Denoiser.Conditions(2, new float[2 * 48 * 384], new float[6 * 48 * 384], Optional.empty());
            assertThatThrownBy(() -> pack.denoiser().start(two)).isInstanceOf(PackException.class)
                    .hasMessageContaining("unet.onnx: is missing");
        }
    }

    @Test
    void noticesAMissingRole() {
        change(json -> ((ObjectNode) json.get("graphs")).remove("apm"));
        assertRefused("graphs must be exactly [apm, cam, cam_embedding, unet, vae_decoder]");
    }

    @Test
    void saysThatCudaIsMissing() {
        assertThatThrownBy(() -> ModelPack.open(TestPacks.TOY, Device.parse("cuda:0")))
                .isInstanceOf(PackException.class)
                .hasMessageContaining("device cuda:0 can't be used")
                .hasMessageContaining("-Pgpu");
    }

    @Test
    void stopsWhenCancelled() throws Exception {
        try (ModelPack pack = ModelPack.open(TestPacks.TOY, Device.cpu())) {
            Denoiser denoiser = pack.denoiser();
            float[] context = new float[3 * 48 * 384];
            denoiser.start(new Denoiser.Conditions(1, new float[48 * 384], context, Optional.empty()));
            float[] x = new float[16 * 1024];
            CancelToken token = new CancelToken();
            token.cancel();
            assertThatThrownBy(() -> denoiser.predict(x, 1000, 0, x.clone(), token))
                    .isInstanceOf(CancelledException.class);
            float[] result = new float[x.length];
            denoiser.predict(x, 1000, 0, result, new CancelToken());
            assertThat(result).containsOnly(0);
        }
    }

    private void change(Consumer<ObjectNode> change) {
        TestPacks.changedToy(folder, change);
    }

    private static void setContexts(ObjectNode json, String graph, String side) {
        ((ObjectNode) json.get("graphs").get(graph).get(side)).putArray("contexts")
                .add("B").add(5).add(48).add(384);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> ModelPack.open(folder, Device.cpu()))
                .isInstanceOf(PackException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message);
    }
}
