using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Assay.Models.Engine.Native;
using TorchSharp;

namespace Assay.Worker.Verbs;

/// <summary><c>engine selftest</c>: proves that the native library works here.</summary>
internal static class SelfTestVerb
{
    public static Command Create()
    {
        var command = new Command("selftest", "Loads the native library, checks a matrix product, a gradient and a file round trip.");
        command.SetAction(_ => Run(Console.Out, Console.Error));
        return command;
    }

    internal static int Run(TextWriter output, TextWriter errors)
    {
        foreach (var (name, prove) in EngineSelfTest.Proofs)
        {
            try
            {
                prove();
                output.WriteLine($"ok    {name}");
            }
            catch (Exception error) when (error is InvalidOperationException or IOException or ExternalException or TypeInitializationException or DllNotFoundException or NotSupportedException)
            {
                output.WriteLine($"FAIL  {name}");
                errors.WriteLine($"{name}: {error.GetBaseException().Message}");
                return 1;
            }
        }

        string vectors = Vector512.IsHardwareAccelerated ? "512-bit" : Vector256.IsHardwareAccelerated ? "256-bit" : "128-bit";
        output.WriteLine($"TorchSharp {typeof(torch).Assembly.GetName().Version}, libtorch {torch.__version__}, .NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier}");
        output.WriteLine($"{torch.get_num_threads()} threads, {vectors} vectors");
        output.WriteLine(EngineSelfTest.PatchNote);
        return 0;
    }
}
