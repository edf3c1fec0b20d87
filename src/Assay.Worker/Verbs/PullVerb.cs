using System.CommandLine;
using System.Globalization;
using Assay.Worker.Hub;

namespace Assay.Worker.Verbs;

/// <summary><c>engine pull</c>: fetches a model from a Hugging Face-compatible hub.</summary>
internal static class PullVerb
{
    private const string TokenVariable = "HF_TOKEN";
    private const int LongestToken = 1024;

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "OWNER/NAME on the hub." };
        var revision = new Option<string>("--revision") { Description = "Branch, tag or commit.", DefaultValueFactory = _ => "main" };
        var to = new Option<string?>("--to") { Description = "Folder; default data/models/OWNER/NAME of the checkout." };
        var host = new Option<string>("--host") { Description = "Address of the hub.", DefaultValueFactory = _ => HubOptions.PublicHub.ToString() };
        var mirror = new Option<string?>("--mirror") { Description = "Where contents are tried first; they must match the hashes of --host." };
        var tokenFile = new Option<string?>("--token-file") { Description = $"File with the access token; default the variable {TokenVariable}. Sent to --host alone." };
        var plain = new Option<bool>("--plain-http") { Description = "Allow http for --host and --mirror on other machines." };
        var update = new Option<bool>("--update") { Description = "Ask for a newer commit although the folder is complete." };
        var most = new Option<int>("--max-gib") { Description = "Largest model to fetch, in GiB.", DefaultValueFactory = _ => 100 };
        var command = new Command("pull", "Fetches a model's configuration, tokenizer and safetensors weights from a hub; run again to continue or to check.")
        {
            model, revision, to, host, mirror, tokenFile, plain, update, most,
        };
        command.SetAction(async (arguments, cancel) =>
        {
            var id = ModelId.Parse(arguments.GetRequiredValue(model));
            var options = new HubOptions
            {
                Host = Address(arguments.GetRequiredValue(host), "--host"),
                Mirror = arguments.GetValue(mirror) is { } given ? Address(given, "--mirror") : null,
                Token = Token(arguments.GetValue(tokenFile)),
                AllowPlainHttp = arguments.GetValue(plain),
                MostBytes = (long)arguments.GetValue(most) << 30,
            };
            string folder = arguments.GetValue(to) ?? Path.Combine(Environment.GetEnvironmentVariable("ASSAY_HOME") ?? ".", "data", "models", id.Owner, id.Name);
            return await RunAsync(options, (id, arguments.GetRequiredValue(revision), folder, arguments.GetValue(update)), (Console.Out, Console.Error), cancel);
        });
        return command;
    }

    /// <summary>Pulls and says what happened.</summary>
    /// <returns>0, or 130 when cancelled.</returns>
    internal static async Task<int> RunAsync(HubOptions options, (ModelId Model, string Revision, string Folder, bool Update) what, (TextWriter Output, TextWriter Errors) streams, CancellationToken cancel)
    {
        try
        {
            var pull = new ModelPull(options, new ProgressLines(streams.Errors, TimeProvider.System).Report);
            var outcome = await pull.RunAsync(what.Model, what.Revision, what.Folder, what.Update, cancel);
            var files = outcome.Manifest.Files;
            string did = outcome.Offline ? "checked without the network, all as pulled" : $"{outcome.Fetched} fetched";
            await streams.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{what.Model} at commit {outcome.Manifest.Commit}: {files.Count} files, {files.Sum(file => file.Size) / 1048576.0:F1} MiB, {did}; in {what.Folder}"));
            return 0;
        }
        catch (OperationCanceledException)
        {
            await streams.Errors.WriteLineAsync("Stopped. The same command continues.");
            return 130;
        }
    }

    private static Uri Address(string text, string option) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new ArgumentException($"{option} '{text}' is not an address such as {HubOptions.PublicHub}.");

    private static string? Token(string? file)
    {
        string? token = (file is null ? Environment.GetEnvironmentVariable(TokenVariable) : File.ReadAllText(file))?.Trim();
        return string.IsNullOrEmpty(token) ? null
            : token.Length <= LongestToken && token.All(character => character is > ' ' and <= '~') ? token
            : throw new ArgumentException($"The access token {(file is null ? $"in {TokenVariable}" : $"in '{file}'")} is not a line of at most {LongestToken} visible ASCII characters.");
    }
}
