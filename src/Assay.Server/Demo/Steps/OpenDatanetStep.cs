using Assay.Client.Datanets;
using Assay.Server.Datanets;

namespace Assay.Server.Demo.Steps;

/// <summary>The owner opens the sample datanet with its purpose, licence and exemplars.</summary>
internal static class OpenDatanetStep
{
    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        using var sample = state.Read("datanet.json");
        var root = sample.RootElement;
        var exemplars = Directory.EnumerateFiles(Path.Combine(state.Samples, "exemplars")).Order(StringComparer.Ordinal)
            .Select(path => new Exemplar(Path.GetFileName(path), File.ReadAllText(path))).ToList();
        state.Datanet = await state.As("owner").PostAsync<DatanetView>("/api/v1/datanets", new OpenDatanet.Request(
            Text("name"), Text("kind"), Text("purpose"), [Text("licence")], Text("summary"), Text("description"), Texts("tags"), Texts("languages"), exemplars), cancel);
        DemoScreen.Say($"\"{state.Datanet.Name}\" ({state.Datanet.Id}) is open. Licence {state.Datanet.Licences[0]}, {exemplars.Count} exemplars, accepted from {state.Datanet.Accept / 10.0:0.0} points.");
        DemoScreen.Say($"Purpose: {state.Datanet.Purpose}");

        string Text(string name) => root.GetProperty(name).GetString()!;
        List<string> Texts(string name) => [.. root.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
    }
}
