using System.Runtime.CompilerServices;
using Assay.Models.Engine.Native;

namespace Assay.Worker.Tests;

/// <summary>Test programs run beside others: their idle tensor threads sleep as the worker's do.</summary>
internal static class TensorThreads
{
    [ModuleInitializer]
    internal static void Sleep() => NativeThreads.SleepWhenIdle();
}
